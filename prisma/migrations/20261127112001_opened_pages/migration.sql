-- AlterTable
ALTER TABLE "VoteRevision" ADD COLUMN     "unblinded" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "Opened" (
    "userId" UUID NOT NULL,
    "subjectId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Opened_pkey" PRIMARY KEY ("userId","subjectId")
);

-- AddForeignKey
ALTER TABLE "Opened" ADD CONSTRAINT "Opened_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
