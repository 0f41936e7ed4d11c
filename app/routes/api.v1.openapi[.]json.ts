import type { LoaderFunctionArgs } from "@remix-run/node";
import { openApiDocument } from "~/api/openapi";
import { publicOrigin } from "~/http/origin.server";

/** Open to everybody: it describes the software, and says nothing about what is on this instance. */
export const loader = ({ request }: LoaderFunctionArgs) => Response.json(openApiDocument(publicOrigin(request)));
