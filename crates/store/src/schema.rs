//! The tables as the migrations make them. A test holds this against a migrated database.

diesel::table! {
    users (id) {
        id -> Uuid,
        external_id -> Nullable<Text>,
        time_zone -> Text,
        encrypted_refresh_token -> Nullable<Text>,
        google_calendar_settings -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_event_seq -> BigInt,
    }
}

diesel::table! {
    user_settings (user_id) {
        user_id -> Uuid,
        day_start_min -> SmallInt,
        day_end_min -> SmallInt,
        rest_gap_min -> SmallInt,
        focus_min -> SmallInt,
        focus_max -> SmallInt,
        lookahead_days -> SmallInt,
        lead_minutes -> SmallInt,
        relocation_spill_days -> SmallInt,
        allow_delete -> Bool,
        energy -> Array<SmallInt>,
        priority_threshold -> Double,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    churn_settings (user_id) {
        user_id -> Uuid,
        churn_cap -> SmallInt,
        churn_cap_max -> SmallInt,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tasks (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        title -> Text,
        #[sql_name = "type"]
        kind -> Text,
        due_ts -> Nullable<Timestamptz>,
        priority_score -> Double,
        effort_minutes -> Integer,
        status -> Text,
        source -> Text,
        source_id -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> BigInt,
        due_changed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    calendar_events (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        title -> Text,
        start_ts -> Timestamptz,
        end_ts -> Timestamptz,
        #[sql_name = "type"]
        kind -> Text,
        is_movable -> Bool,
        protected -> Bool,
        transparent -> Bool,
        task_id -> Nullable<Uuid>,
        source -> Text,
        source_id -> Nullable<Text>,
        metadata -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> BigInt,
    }
}

diesel::table! {
    rebalancing_proposals (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        trigger_item_id -> Uuid,
        status -> Text,
        snapshot_id -> Uuid,
        lookahead_days -> Nullable<SmallInt>,
        override_churn_cap -> Nullable<Integer>,
        churn_cost -> Integer,
        summary -> Text,
        need_minutes -> Integer,
        objective -> Array<Integer>,
        proven_optimal -> Bool,
        details -> Jsonb,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        reversible_until -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        undo_token_digest -> Nullable<Binary>,
        problem -> Nullable<Jsonb>,
        answer_sha256 -> Nullable<Binary>,
        work -> Nullable<BigInt>,
        bound -> Nullable<Array<Integer>>,
        why_not -> Nullable<Jsonb>,
        planning_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    proposal_moves (user_id, id) {
        user_id -> Uuid,
        proposal_id -> Uuid,
        id -> Uuid,
        action -> Text,
        event_id -> Nullable<Uuid>,
        from_start_ts -> Nullable<Timestamptz>,
        from_end_ts -> Nullable<Timestamptz>,
        to_start_ts -> Nullable<Timestamptz>,
        to_end_ts -> Nullable<Timestamptz>,
        delta_minutes -> Nullable<Integer>,
        reason_code -> Text,
        detail -> Text,
        created_at -> Timestamptz,
        position -> Integer,
        group_no -> Integer,
        event_title -> Nullable<Text>,
        base_priority -> Double,
        energy_multiplier -> Double,
        final_priority -> Double,
        feasibility_flags -> Jsonb,
        baseline_updated_at -> Nullable<Timestamptz>,
        baseline_version -> Nullable<BigInt>,
        metadata -> Jsonb,
        applied_event_id -> Nullable<Uuid>,
        applied_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    rebalancing_snapshots (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        proposal_id -> Uuid,
        rows -> Jsonb,
        digest -> Binary,
        created_at -> Timestamptz,
        released_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    rebalancing_audit (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        action -> Text,
        proposal_id -> Nullable<Uuid>,
        trigger_item_id -> Nullable<Uuid>,
        reason_codes -> Array<Text>,
        detail -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    rebalancing_apply_attempts (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        proposal_id -> Uuid,
        refusal -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    churn_ledger (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        local_day -> Date,
        churn -> Integer,
        proposal_id -> Uuid,
        created_at -> Timestamptz,
        cap -> Nullable<Integer>,
    }
}

diesel::table! {
    idempotency_keys (user_id, method, path, key) {
        user_id -> Uuid,
        method -> Text,
        path -> Text,
        key -> Text,
        fingerprint -> Binary,
        response_status -> Nullable<SmallInt>,
        response_headers -> Jsonb,
        response_body -> Nullable<Binary>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    rate_limits (user_id, name) {
        user_id -> Uuid,
        name -> Text,
        taken -> Array<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    realtime_events (user_id, seq) {
        user_id -> Uuid,
        seq -> BigInt,
        kind -> Text,
        proposal_id -> Nullable<Uuid>,
        trigger_item_id -> Nullable<Uuid>,
        payload -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        job_key -> Nullable<Text>,
        user_id -> Nullable<Uuid>,
        payload -> Jsonb,
        status -> Text,
        run_at -> Timestamptz,
        again_at -> Nullable<Timestamptz>,
        attempts -> Integer,
        leased_by -> Nullable<Uuid>,
        leased_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    google_accounts (user_id) {
        user_id -> Uuid,
        state -> Text,
        scopes -> Array<Text>,
        connected_at -> Timestamptz,
        listed_at -> Nullable<Timestamptz>,
        succeeded_at -> Nullable<Timestamptz>,
        tried_at -> Nullable<Timestamptz>,
        not_before -> Nullable<Timestamptz>,
        failures -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    google_sign_ins (user_id, state_digest) {
        user_id -> Uuid,
        state_digest -> Binary,
        sealed_verifier -> Text,
        redirect_uri -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    google_calendars (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        google_id -> Text,
        title -> Text,
        time_zone -> Nullable<Text>,
        access -> Text,
        is_primary -> Bool,
        is_ours -> Bool,
        sealed_position -> Nullable<Text>,
        run -> BigInt,
        empty_since -> Nullable<Timestamptz>,
        expanded_until -> Nullable<Timestamptz>,
        has_channels -> Bool,
        succeeded_at -> Nullable<Timestamptz>,
        tried_at -> Nullable<Timestamptz>,
        not_before -> Nullable<Timestamptz>,
        failures -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    google_events (user_id, calendar_id, google_id) {
        user_id -> Uuid,
        calendar_id -> Uuid,
        google_id -> Text,
        group_id -> Text,
        etag -> Text,
        updated_at -> Nullable<Timestamptz>,
        is_cancelled -> Bool,
        place -> Nullable<Jsonb>,
        fields -> Nullable<Jsonb>,
        run -> BigInt,
    }
}

diesel::table! {
    google_links (user_id, event_id) {
        user_id -> Uuid,
        event_id -> Uuid,
        calendar_id -> Uuid,
        google_id -> Text,
        group_id -> Text,
        is_ours -> Bool,
        agreed_title -> Text,
        agreed_start_ts -> Timestamptz,
        agreed_end_ts -> Timestamptz,
        agreed_transparent -> Bool,
        agreed_version -> BigInt,
        pending_title -> Nullable<Text>,
        pending_start_ts -> Nullable<Timestamptz>,
        pending_end_ts -> Nullable<Timestamptz>,
        pending_transparent -> Nullable<Bool>,
        etag -> Nullable<Text>,
    }
}

diesel::table! {
    busy_intervals (user_id, calendar_id) {
        user_id -> Uuid,
        calendar_id -> Uuid,
        span_start_ts -> Timestamptz,
        span_end_ts -> Timestamptz,
        busy_from -> Nullable<Array<Timestamptz>>,
        busy_to -> Nullable<Array<Timestamptz>>,
        read_at -> Timestamptz,
    }
}

diesel::table! {
    google_channels (user_id, id) {
        user_id -> Uuid,
        id -> Text,
        calendar_id -> Uuid,
        token_digest -> Binary,
        resource -> Nullable<Text>,
        until -> Timestamptz,
        heard_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    canvas_accounts (user_id) {
        user_id -> Uuid,
        host -> Text,
        state -> Text,
        token_kind -> Text,
        sealed_token -> Nullable<Text>,
        canvas_id -> Text,
        name -> Text,
        time_zone -> Nullable<Text>,
        connected_at -> Timestamptz,
        run -> BigInt,
        run_started_at -> Nullable<Timestamptz>,
        run_finished_at -> Nullable<Timestamptz>,
        run_courses -> Nullable<Integer>,
        run_done -> Array<Uuid>,
        run_items -> Integer,
        succeeded_at -> Nullable<Timestamptz>,
        tried_at -> Nullable<Timestamptz>,
        failures -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    canvas_sign_ins (user_id, state_digest) {
        user_id -> Uuid,
        state_digest -> Binary,
        host -> Text,
        redirect_uri -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    canvas_courses (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        canvas_id -> Text,
        name -> Text,
        code -> Text,
        term -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        is_active -> Bool,
        empty_since -> Nullable<Timestamptz>,
        is_ignored -> Bool,
        effort_percent -> Integer,
        priority_score -> Nullable<Double>,
    }
}

diesel::table! {
    canvas_items (user_id, task_id) {
        user_id -> Uuid,
        task_id -> Uuid,
        course_id -> Nullable<Uuid>,
        kind -> Text,
        canvas_id -> Text,
        imported_title -> Text,
        imported_type -> Text,
        imported_due_ts -> Nullable<Timestamptz>,
        imported_priority_score -> Double,
        imported_effort_minutes -> Integer,
        imported_status -> Text,
    }
}

diesel::table! {
    canvas_pages (user_id, course_id, place) {
        user_id -> Uuid,
        course_id -> Uuid,
        place -> Text,
        title -> Text,
        body -> Text,
        is_cut -> Bool,
        updated_at -> Nullable<Timestamptz>,
        read_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, user_settings, churn_settings);
diesel::allow_tables_to_appear_in_same_query!(users, google_accounts);
diesel::allow_tables_to_appear_in_same_query!(rebalancing_proposals, proposal_moves);
diesel::allow_tables_to_appear_in_same_query!(rebalancing_proposals, users);
