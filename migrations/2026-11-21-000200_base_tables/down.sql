SELECT canvascal_drop('proposal_moves', 'rebalancing_proposals', 'calendar_events', 'tasks', 'users');
