-- CreateIndex
CREATE INDEX "Prompt_createdAt_id_idx" ON "Prompt"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Prompt_turns_id_idx" ON "Prompt"("turns", "id");

-- CreateIndex
CREATE INDEX "Comparison_createdAt_id_idx" ON "Comparison"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Comparison_round_id_idx" ON "Comparison"("round", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_action_id_idx" ON "AuditEntry"("action", "id");
-- What is rare among many rows gets an index of its own, so that a list of it does not look through the others.
CREATE INDEX "Prompt_archived" ON "Prompt" ("createdAt", "id") WHERE "archivedAt" IS NOT NULL;
CREATE INDEX "Comparison_archived" ON "Comparison" ("createdAt", "id") WHERE "archivedAt" IS NOT NULL;
CREATE INDEX "Flag_open" ON "Flag" ("comparisonId") WHERE "resolvedAt" IS NULL;
