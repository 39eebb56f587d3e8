-- What has come back to the agency that received it, or was opened anew by its sender, is looked at again: it was marked as taken up.
UPDATE cases SET marks = marks - 'processed_at'
WHERE status IN ('submitted', 'supplement_requested') AND handling_agency_id = receiving_agency_id
    AND accepted_at IS NULL AND marks ? 'processed_at' AND NOT marks ? 'reopened';
UPDATE cases SET accepted_at = NULL WHERE status = 'submitted' AND marks ? 'reopened' AND accepted_at IS NOT NULL;
