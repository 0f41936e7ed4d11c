import type { RequestHandler } from "express";
import { Histogram, collectDefaultMetrics, register } from "prom-client";
import { singleton } from "../singleton.server";

const requests = singleton("request histogram", () => {
  collectDefaultMetrics();
  return new Histogram({
    name: "tiebreak_request_seconds",
    help: "Time to answer a request, in seconds, by kind of route",
    labelNames: ["method", "area", "status"] as const,
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
  });
});

/**
 * The first segment is label enough: whole paths would make one series per comparison. Every label lies in memory for
 * good, so what no route begins with is "other": anybody can ask for any number of addresses.
 */
export function measure(areas: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    const area = request.path.split("/")[1] || "home";
    const end = requests.startTimer({ method: request.method, area: areas.has(area) ? area : "other" });
    response.on("finish", () => end({ status: String(response.statusCode) }));
    next();
  };
}

export const metricsText = () => register.metrics();
export const metricsType = register.contentType;
