-- DropIndex
DROP INDEX "Comparison_promptId_idx";

-- CreateIndex
CREATE INDEX "Comparison_promptId_id_idx" ON "Comparison"("promptId", "id");
