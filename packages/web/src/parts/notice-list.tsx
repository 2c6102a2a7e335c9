import { notices } from "../client.ts";
import { strings } from "../strings.ts";

export function NoticeList() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.list.value.map((notice) => (
        <div key={notice.id} class={`notice ${notice.tone}`}>
          <span>{notice.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={strings.notices.dismiss}
            onClick={() => notices.dismiss(notice.id)}
          >
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
