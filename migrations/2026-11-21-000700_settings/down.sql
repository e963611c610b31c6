SELECT canvascal_drop('churn_settings', 'user_settings');
