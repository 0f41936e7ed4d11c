-- CreateEnum
CREATE TYPE "Tie" AS ENUM ('tie', 'both_bad');

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "unnamedInId" UUID;

-- AlterTable
ALTER TABLE "Prompt" ADD COLUMN     "extended" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "tools" JSON;

-- AlterTable
ALTER TABLE "Response" ADD COLUMN     "externalId" TEXT,
ADD COLUMN     "metadata" JSONB,
ADD COLUMN     "toolCalls" JSON;

-- AlterTable
ALTER TABLE "Comparison" ADD COLUMN     "externalId" TEXT,
ADD COLUMN     "metadata" JSONB;

-- AlterTable
ALTER TABLE "Vote" ADD COLUMN     "externalId" TEXT;

-- AlterTable
ALTER TABLE "VoteRevision" ADD COLUMN     "metadata" JSONB,
ADD COLUMN     "reason" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "tie" "Tie";

-- CreateTable
CREATE TABLE "Alias" (
    "id" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "responseId" UUID,
    "comparisonId" UUID,
    "externalId" TEXT,
    "metadata" JSONB,
    "params" JSONB,
    "key" TEXT NOT NULL,
    "importId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Alias_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImportMatch" (
    "importId" UUID NOT NULL,
    "voteId" UUID NOT NULL,

    CONSTRAINT "ImportMatch_pkey" PRIMARY KEY ("importId","voteId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Alias_key_key" ON "Alias"("key");

-- CreateIndex
CREATE INDEX "Alias_promptId_idx" ON "Alias"("promptId");

-- CreateIndex
CREATE INDEX "Alias_responseId_idx" ON "Alias"("responseId");

-- CreateIndex
CREATE INDEX "Alias_comparisonId_idx" ON "Alias"("comparisonId");

-- CreateIndex
CREATE INDEX "Alias_externalId_idx" ON "Alias"("externalId");

-- CreateIndex
CREATE INDEX "ImportMatch_voteId_idx" ON "ImportMatch"("voteId");

-- CreateIndex
CREATE INDEX "User_unnamedInId_idx" ON "User"("unnamedInId");

-- AddForeignKey
ALTER TABLE "User" ADD CONSTRAINT "User_unnamedInId_fkey" FOREIGN KEY ("unnamedInId") REFERENCES "Pool"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Prompt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_responseId_fkey" FOREIGN KEY ("responseId") REFERENCES "Response"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_importId_fkey" FOREIGN KEY ("importId") REFERENCES "ImportRun"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImportMatch" ADD CONSTRAINT "ImportMatch_importId_fkey" FOREIGN KEY ("importId") REFERENCES "ImportRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImportMatch" ADD CONSTRAINT "ImportMatch_voteId_fkey" FOREIGN KEY ("voteId") REFERENCES "Vote"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say.

-- An answer is a side or a tie; a tie has neither strength nor edit, because both speak of a better response.
ALTER TABLE "VoteRevision" DROP CONSTRAINT "VoteRevision_answer";
ALTER TABLE "VoteRevision" ADD CONSTRAINT "VoteRevision_answer" CHECK (
  CASE
    WHEN "kind" = 'undo' THEN "side" IS NULL AND "tie" IS NULL AND "strength" IS NULL AND "editId" IS NULL
    WHEN "tie" IS NOT NULL THEN "side" IS NULL AND "strength" IS NULL AND "editId" IS NULL AND ("kind" = 'import' OR "leftSide" IS NOT NULL)
    WHEN "kind" = 'import' THEN "side" IS NOT NULL
    ELSE "side" IS NOT NULL AND "strength" IS NOT NULL AND "leftSide" IS NOT NULL
  END
);

ALTER TABLE "Prompt" ADD CONSTRAINT "Prompt_tools" CHECK ("tools" IS NULL OR json_typeof("tools") = 'array' AND "extended");
ALTER TABLE "Response" ADD CONSTRAINT "Response_toolCalls" CHECK (json_typeof("toolCalls") = 'array' AND json_array_length("toolCalls") > 0);

-- Type json has no equality of its own.
CREATE OR REPLACE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."text" IS DISTINCT FROM OLD."text" OR NEW."promptId" <> OLD."promptId" OR NEW."modelName" <> OLD."modelName"
    OR NEW."toolCalls"::text IS DISTINCT FROM OLD."toolCalls"::text
  THEN
    RAISE EXCEPTION 'A response is never rewritten; an edit is a row of its own' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- Search by external id, and the check that an id names one prompt of its pool.
CREATE INDEX "Comparison_externalId" ON "Comparison" ("poolId", "externalId") WHERE "externalId" IS NOT NULL;

-- Until now one person of this name stood for all unnamed votes of a pool. The address is that of importedEmail() in app/import/prepare.server.ts.
UPDATE "User" u SET "unnamedInId" = p."id" FROM "Pool" p
WHERE u."imported" AND u."name" = 'unknown annotator'
  AND u."email" = left(encode(sha256(convert_to(p."id"::text || E'\n' || 'unknown annotator', 'UTF8')), 'hex'), 32) || '@imported.invalid';
