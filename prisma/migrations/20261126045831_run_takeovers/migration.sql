-- AlterTable
ALTER TABLE "ImportRun" ADD COLUMN     "takeovers" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Release" ADD COLUMN     "takeovers" INTEGER NOT NULL DEFAULT 0;
