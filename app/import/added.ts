import { count } from "../ui/number";

type Counts = { promptsAdded: number; responsesAdded: number; comparisonsAdded: number; votesAdded: number };

/** What an import has added so far, in words. */
export const added = ({ promptsAdded, responsesAdded, comparisonsAdded, votesAdded }: Counts): string =>
  `${count(promptsAdded)} prompts, ${count(responsesAdded)} responses, ${count(comparisonsAdded)} comparisons, ${count(votesAdded)} votes`;
