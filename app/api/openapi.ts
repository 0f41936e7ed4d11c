import { z } from "zod";
import { failure } from "./answers";
import { OPERATIONS, type Operation } from "./operations";

const json = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};
const bytes = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
const content = (body: z.ZodType | "file", io: "input" | "output") =>
  body === "file" ? bytes : { "application/json": { schema: json(body, io) } };

/** The OpenAPI 3.1 document of the HTTP API, made from the schemas that its routes parse with. */
export function openApiDocument(origin: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tiebreak",
      version: "1",
      description: "Pools, imports, comparisons and releases. Tokens are made by an admin under API tokens.",
    },
    servers: [{ url: origin }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths,
  };
}

function describe({ method, path, summary, scope, query, body, answers }: Operation) {
  return {
    operationId: `${method}${path.replace("/api/v1", "").replace(/[^A-Za-z]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? "")}`,
    summary,
    ...(scope && { description: `Needs the scope \`${scope}\`.`, security: [{ token: [] }] }),
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body && { requestBody: { required: true, content: content(body, "input") } }),
    responses: {
      [answers.status]: { description: "Done", content: content(answers.body, "output") },
      default: { description: "What went wrong", content: content(failure, "output") },
    },
  };
}

const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));

function queryParameters(query: z.ZodObject | undefined) {
  if (!query) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }));
}
