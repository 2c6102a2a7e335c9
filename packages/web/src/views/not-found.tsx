import { useTitle } from "../parts/use-title.ts";
import { strings } from "../strings.ts";

export function NotFoundPage() {
  useTitle(strings.notFound.title);
  return (
    <section class="page narrow">
      <h1>{strings.notFound.title}</h1>
      <p>
        <a href="/">{strings.notFound.back}</a>
      </p>
    </section>
  );
}
