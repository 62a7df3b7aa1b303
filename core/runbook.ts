/** The place of a heading of the runbook, as a path in the repository: `docs/runbook.md#not-running`. */
export function runbookPath(heading: string): string {
  return `docs/runbook.md#${anchorOf(heading)}`;
}

/** The anchor that GitHub and GitLab generate for a heading of plain words. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
