/** What makes a box that scrolls reachable by keyboard, and gives it a name there. */
export const scrollRegion = (label: string) => ({ tabIndex: 0, role: "group", "aria-label": label }) as const;
