-- AlterTable
ALTER TABLE "ImportRun" ADD COLUMN "reading" JSONB NOT NULL DEFAULT '{}';
