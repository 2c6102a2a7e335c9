import { router } from "../routing.ts";

/** A link that says so when it leads to the page that is shown, or to one above it. */
export function NavLink({ path, text, icon }: { path: string; text: string; icon?: string }) {
  const here = router.path.value;
  const current = path === "/" ? here === "/" || here.startsWith("/games/") : here.startsWith(path);
  return (
    <a href={path} aria-current={current ? "page" : undefined}>
      {icon !== undefined && (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d={icon} />
        </svg>
      )}
      <span>{text}</span>
    </a>
  );
}
