/** An address that no page has. A route of its own, so that the error page knows who is signed in. */
export function loader() {
  throw Response.json(null, { status: 404 });
}

export default function NoSuchPage() {
  return null;
}
