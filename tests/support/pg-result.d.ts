/** The part of pg that builds the result of a query, which its types leave out. */
declare module "pg/lib/result.js" {
  export default class Result {
    /** Called for every row that the server sends. */
    addRow(row: unknown): void;
  }
}
