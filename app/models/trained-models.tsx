import { Link } from "@remix-run/react";
import { Card } from "~/ui/page";

type Props = { models: { id: string; name: string; releaseNumber: number }[]; linked: boolean };

/** The checkpoints that the votes on a comparison went into. `linked` for those who may open them. */
export function TrainedModels({ models, linked }: Props) {
  return (
    <Card title="Went into models">
      {models.length === 0 && <p className="text-sm text-muted">None yet.</p>}
      <ul className="text-sm">
        {models.map((model) => (
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
      </ul>
    </Card>
  );
}
