import { Link } from "@remix-run/react";
import { Card, More } from "~/ui/page";
import type { Some, TrainedModel } from "./lineage.server";

type Props = { models: Some<TrainedModel>; linked: boolean };

/** The checkpoints that the votes on a comparison went into. `linked` for those who may open them. */
export function TrainedModels({ models, linked }: Props) {
  return (
    <Card title="Went into models">
      {models.total === 0 && <p className="text-sm text-muted">None yet.</p>}
      <ul className="text-sm">
        {models.rows.map((model) => (
          <li key={model.id}>
            {linked ? (
              <Link to={`/admin/models/${model.id}`} className="text-accent-text underline-offset-2 hover:underline">
                {model.name}
              </Link>
            ) : (
              model.name
            )}{" "}
            <span className="text-muted">by release {model.releaseNumber}</span>
          </li>
        ))}
        <More of={models.total} shown={models.rows.length} />
      </ul>
    </Card>
  );
}
