SELECT canvascal_drop_columns('rebalancing_proposals', 'problem', 'answer_sha256', 'work', 'bound', 'why_not');
