-- DropIndex
DROP INDEX "Prompt_poolId_createdAt_id_idx";

-- DropIndex
DROP INDEX "Prompt_createdAt_id_idx";

-- DropIndex
DROP INDEX "Prompt_turns_id_idx";

-- DropIndex
DROP INDEX "Comparison_poolId_createdAt_id_idx";

-- DropIndex
DROP INDEX "Comparison_createdAt_id_idx";

-- DropIndex
DROP INDEX "Comparison_round_id_idx";

-- DropIndex
DROP INDEX "AuditEntry_at_id_idx";

-- DropIndex
DROP INDEX "AuditEntry_actorId_id_idx";

-- DropIndex
DROP INDEX "AuditEntry_action_id_idx";

-- DropIndex
DROP INDEX "AuditEntry_subjectType_subjectId_id_idx";

-- CreateIndex
CREATE INDEX "Prompt_poolId_createdAt_id_archivedAt_idx" ON "Prompt"("poolId", "createdAt", "id", "archivedAt");

-- CreateIndex
CREATE INDEX "Prompt_createdAt_id_archivedAt_idx" ON "Prompt"("createdAt", "id", "archivedAt");

-- CreateIndex
CREATE INDEX "Prompt_turns_id_archivedAt_poolId_idx" ON "Prompt"("turns", "id", "archivedAt", "poolId");

-- CreateIndex
CREATE INDEX "Comparison_poolId_createdAt_id_archivedAt_idx" ON "Comparison"("poolId", "createdAt", "id", "archivedAt");

-- CreateIndex
CREATE INDEX "Comparison_createdAt_id_archivedAt_idx" ON "Comparison"("createdAt", "id", "archivedAt");

-- CreateIndex
CREATE INDEX "Comparison_round_id_archivedAt_poolId_idx" ON "Comparison"("round", "id", "archivedAt", "poolId");

-- CreateIndex
CREATE INDEX "AuditEntry_at_id_idx" ON "AuditEntry"("at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_actorId_at_id_idx" ON "AuditEntry"("actorId", "at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_action_at_id_idx" ON "AuditEntry"("action", "at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_actorId_action_at_id_idx" ON "AuditEntry"("actorId", "action", "at", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_subjectId_subjectType_id_idx" ON "AuditEntry"("subjectId", "subjectType", "id");

-- "Prompt_poolId_createdAt_id_archivedAt_idx" answers all that it did.
DROP INDEX "Prompt_live";
