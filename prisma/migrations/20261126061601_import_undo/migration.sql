-- AlterTable
ALTER TABLE "Response" ADD COLUMN     "importId" UUID;

-- AlterTable
ALTER TABLE "Comparison" ADD COLUMN     "importId" UUID;

-- AlterTable
ALTER TABLE "ImportRun" ADD COLUMN     "undone" JSONB,
ADD COLUMN     "undoneAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "Comparison_responseBId_idx" ON "Comparison"("responseBId");

-- Answers are append-only. One thing removes some: undoing an import that nobody has voted on takes its votes with it, into a
-- file (app/import/undo.server.ts). It names itself in this transaction, and may remove what that import brought, nothing else.
CREATE FUNCTION "refuse_change_of_answer"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target uuid := NULLIF(current_setting('tiebreak.undone_import', true), '');
BEGIN
  IF TG_OP = 'DELETE' AND target IS NOT NULL AND EXISTS (SELECT 1 FROM "ImportRun" WHERE "id" = target AND "undoneAt" = now()::timestamptz(3)) THEN
    IF TG_TABLE_NAME = 'Edit' THEN
      -- Its revision went before it; the key of VoteRevision would hold it otherwise.
      RETURN OLD;
    ELSIF OLD."kind" = 'import' AND EXISTS (SELECT 1 FROM "Vote" WHERE "id" = OLD."voteId" AND "importId" = target) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

DROP TRIGGER "append_only" ON "VoteRevision";
DROP TRIGGER "append_only" ON "Edit";
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "VoteRevision" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_answer"();
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "Edit" FOR EACH ROW EXECUTE FUNCTION "refuse_change_of_answer"();
