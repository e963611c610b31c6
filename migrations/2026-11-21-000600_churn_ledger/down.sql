SELECT canvascal_drop('churn_ledger');
