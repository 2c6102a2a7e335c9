import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { strings } from "../strings.ts";

/**
 * A page that is fetched when it is first opened: most readers never open it, and their first load is the smaller.
 *
 * @param load imports the page; asked again after a failure, so that a lost connection costs a press and no reload
 */
export function lazyPage<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined;
  return function LazyPage(props: Props) {
    const [state, setState] = useState<"loading" | "here" | "failed">(Loaded ? "here" : "loading");
    useEffect(() => {
      if (state !== "loading") return undefined;
      let left = false;
      const fetchPage = async (): Promise<void> => {
        try {
          Loaded = await load();
          if (!left) setState("here");
        } catch (cause) {
          console.warn("a page could not be loaded", cause);
          if (!left) setState("failed");
        }
      };
      void fetchPage();
      return () => {
        left = true;
      };
    }, [state]);
    if (Loaded) return <Loaded {...props} />;
    if (state !== "failed") return <p class="quiet">{strings.loading}</p>;
    return (
      <section class="page narrow">
        <p class="trouble" role="alert">
          {strings.notLoaded}
        </p>
        <button type="button" class="button" onClick={() => setState("loading")}>
          {strings.tryAgain}
        </button>
      </section>
    );
  };
}
