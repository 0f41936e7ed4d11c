-- A counted vote holds a slot of its own comparison, which is done and names its own annotator. The unique slotId alone
-- would let a vote take a slot of another comparison, and that one then get a vote too many. Looked at when the
-- transaction ends, because slot and vote change one after the other.
CREATE FUNCTION "check_vote_slot"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM "Vote" v WHERE v."id" = NEW."id" AND v."slotId" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM "Slot" s
      WHERE s."id" = v."slotId" AND s."comparisonId" = v."comparisonId" AND s."annotatorId" = v."annotatorId" AND s."state" = 'done'))
  THEN
    RAISE EXCEPTION 'Vote % counts in a slot that is not its own', NEW."id" USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER "vote_slot" AFTER INSERT OR UPDATE OF "slotId", "comparisonId", "annotatorId" ON "Vote"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW."slotId" IS NOT NULL) EXECUTE FUNCTION "check_vote_slot"();
