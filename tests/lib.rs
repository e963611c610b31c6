//! The whole system is tested from `it/`; this library is empty.
