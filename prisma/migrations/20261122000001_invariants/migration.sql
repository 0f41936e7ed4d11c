-- What Prisma's schema language cannot say. docs/decisions/0003-slots-and-claims.md explains the queue.

-- ── The queue of slots ──────────────────────────────────────────────────────────────────────────────────────────────
CREATE SEQUENCE "slot_position" AS BIGINT CACHE 1;
ALTER TABLE "Slot" ALTER COLUMN "position" SET DEFAULT nextval('slot_position');
-- The claim reads open slots of one pool in order of position, and nothing else.
CREATE INDEX "Slot_queue" ON "Slot" ("poolId", "position") WHERE "state" = 'open';
CREATE INDEX "Slot_leases" ON "Slot" ("leaseExpiresAt") WHERE "state" = 'leased';
CREATE INDEX "Slot_held" ON "Slot" ("annotatorId") WHERE "state" = 'leased';
-- A slot changes state three times in its life; keep room on its page for the new versions.
ALTER TABLE "Slot" SET (fillfactor = 80);

ALTER TABLE "Slot" ADD CONSTRAINT "Slot_holder" CHECK (
  CASE "state"
    WHEN 'open' THEN "annotatorId" IS NULL AND "leaseId" IS NULL AND "leaseExpiresAt" IS NULL
    WHEN 'leased' THEN "annotatorId" IS NOT NULL AND "leaseId" IS NOT NULL AND "leaseExpiresAt" IS NOT NULL
    WHEN 'done' THEN "annotatorId" IS NOT NULL AND "leaseId" IS NULL AND "leaseExpiresAt" IS NULL
    ELSE "annotatorId" IS NULL AND "leaseId" IS NULL
  END
);
ALTER TABLE "Slot" ADD CONSTRAINT "Slot_ordinal" CHECK ("ordinal" >= 0);

-- ── Votes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A counted vote fills a slot; no other vote holds one. With the unique slotId, a comparison has at most as many
-- counted votes as it has slots.
ALTER TABLE "Vote" ADD CONSTRAINT "Vote_slot" CHECK (("status" = 'counted') = ("slotId" IS NOT NULL));
ALTER TABLE "VoteRevision" ADD CONSTRAINT "VoteRevision_side" CHECK ("side" IN (0, 1));
ALTER TABLE "VoteRevision" ADD CONSTRAINT "VoteRevision_left" CHECK ("leftSide" IN (0, 1));
ALTER TABLE "VoteRevision" ADD CONSTRAINT "VoteRevision_active" CHECK ("activeMs" >= 0);
ALTER TABLE "VoteRevision" ADD CONSTRAINT "VoteRevision_answer" CHECK (
  CASE "kind"
    WHEN 'undo' THEN "side" IS NULL AND "strength" IS NULL AND "editId" IS NULL
    WHEN 'import' THEN "side" IS NOT NULL
    ELSE "side" IS NOT NULL AND "strength" IS NOT NULL AND "leftSide" IS NOT NULL
  END
);
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_two" CHECK ("responseAId" <> "responseBId");
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_votes" CHECK ("votesRequired" BETWEEN 1 AND 100);
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_gold" CHECK ("goldSide" IN (0, 1) AND ("goldStrength" IS NULL OR "goldSide" IS NOT NULL) OR "goldSide" IS NULL AND "goldStrength" IS NULL);
ALTER TABLE "Pool" ADD CONSTRAINT "Pool_votes" CHECK ("votesPerComparison" BETWEEN 1 AND 100);
ALTER TABLE "Prompt" ADD CONSTRAINT "Prompt_messages" CHECK (jsonb_typeof("messages") = 'array' AND jsonb_array_length("messages") > 0);

-- ── Nothing written is overwritten ──────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "AuditEntry" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "VoteRevision" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "Edit" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "Guideline" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
-- TRUNCATE would pass a row trigger.
CREATE TRIGGER "no_truncate" BEFORE TRUNCATE ON "AuditEntry" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- What a model wrote stays as it was; only its link to the registry may be set later.
CREATE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."text" IS DISTINCT FROM OLD."text" OR NEW."promptId" <> OLD."promptId" OR NEW."modelName" <> OLD."modelName" THEN
    RAISE EXCEPTION 'A response is never rewritten; an edit is a row of its own' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "never_rewritten" BEFORE UPDATE ON "Response" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- ── Search ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE INDEX "Prompt_search" ON "Prompt" USING GIN (to_tsvector('simple', "excerpt"));
CREATE INDEX "Prompt_live" ON "Prompt" ("poolId", "createdAt", "id") WHERE "archivedAt" IS NULL;
CREATE INDEX "Comparison_golds" ON "Comparison" ("poolId") WHERE "goldSide" IS NOT NULL;
