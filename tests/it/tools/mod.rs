//! What the longer stories need: crowded weeks, odd events, whole tables, dice, and the real program.

pub(crate) mod by_hand;
pub(crate) mod crowd;
pub(crate) mod dice;
pub(crate) mod odd;
pub(crate) mod openmetrics;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod rows;
pub(crate) mod servers;
