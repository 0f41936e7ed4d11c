-- A slot is done exactly when a vote counts in it, and both are of the same person on the same comparison. "vote_slot" looks
-- at votes that are given; this looks from the slot, and at votes that leave one. A slot that is done without a vote would
-- never be served again; one that is open under a counted vote would be served once more. Looked at when the transaction
-- ends. Claims and leases, which neither make nor leave a done slot, do not come here.
CREATE FUNCTION "check_slot_vote"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
BEGIN
  IF TG_TABLE_NAME = 'Slot' THEN place := NEW."id"; ELSE place := OLD."slotId"; END IF;
  IF EXISTS (
    SELECT 1 FROM "Slot" s LEFT JOIN "Vote" v ON v."slotId" = s."id"
    WHERE s."id" = place AND ((s."state" = 'done') <> (v."id" IS NOT NULL)
      OR v."annotatorId" <> s."annotatorId" OR v."comparisonId" <> s."comparisonId"))
  THEN
    RAISE EXCEPTION 'Slot % is done without its vote, or has a vote and is not done', place USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER "slot_vote_made" AFTER INSERT ON "Slot"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW."state" = 'done') EXECUTE FUNCTION "check_slot_vote"();
CREATE CONSTRAINT TRIGGER "slot_vote" AFTER UPDATE OF "state", "annotatorId", "comparisonId" ON "Slot"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD."state" = 'done' OR NEW."state" = 'done') EXECUTE FUNCTION "check_slot_vote"();
CREATE CONSTRAINT TRIGGER "slot_left" AFTER UPDATE OF "slotId" ON "Vote"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD."slotId" IS NOT NULL AND NEW."slotId" IS DISTINCT FROM OLD."slotId")
  EXECUTE FUNCTION "check_slot_vote"();
CREATE CONSTRAINT TRIGGER "slot_deserted" AFTER DELETE ON "Vote"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD."slotId" IS NOT NULL) EXECUTE FUNCTION "check_slot_vote"();
