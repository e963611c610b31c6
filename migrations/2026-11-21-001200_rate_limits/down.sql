SELECT canvascal_drop('rate_limits');
