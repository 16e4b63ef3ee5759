/** Lines to align by, in the order in which a key goes through them. */
export const guides = {
  none: { label: 'None', title: 'The picture alone' },
  lines: {
    label: 'Lines',
    title: 'Epipolar lines: what a line goes through on the left it must go through on the right',
  },
  grid: { label: 'Grid', title: 'Squares, to see roll, zoom and a lens that bends' },
  cross: { label: 'Cross-hair', title: 'The middle of each eye: both must point at the same far thing' },
} as const;

export type GuideName = keyof typeof guides;
export const guideNames = Object.keys(guides) as GuideName[];

/** The colours return every few lines, so that a line is known again in the other eye. */
export const lineColours = ['#ffd166', '#4fd6e0', '#ff7fae', '#9be564'] as const;

export interface Line {
  /** From and to, in fractions of one eye’s width and height. */
  from: [x: number, y: number];
  to: [x: number, y: number];
  colour: (typeof lineColours)[number];
}

/** The lines of a guide for an eye of this aspect (width over height); `density` from top to bottom. The same for both eyes. */
export function linesOf(guide: GuideName, density: number, aspect: number): Line[] {
  const rows = Array.from({ length: density }, (_, i) => (i + 0.5) / density);
  switch (guide) {
    case 'none':
      return [];
    case 'lines':
      return rows.map((y, i) => across(y, lineColours[i % lineColours.length]!));
    case 'grid': {
      // Squares: as far apart sideways as down, from the middle outwards.
      const apart = 1 / density / aspect;
      const each = Math.floor(0.5 / apart - 0.5);
      const columns = Array.from({ length: 2 * each + 2 }, (_, i) => 0.5 + (i - each - 0.5) * apart);
      return [
        ...rows.map((y) => across(y, lineColours[1])),
        ...columns.filter((x) => x > 0 && x < 1).map((x) => down(x, lineColours[1])),
      ];
    }
    case 'cross':
      return [across(0.5, lineColours[0]), down(0.5, lineColours[0]), ...ring(0.08, aspect)];
  }
}

function across(y: number, colour: Line['colour']): Line {
  return { from: [0, y], to: [1, y], colour };
}

function down(x: number, colour: Line['colour']): Line {
  return { from: [x, 0], to: [x, 1], colour };
}

/** About the middle; the radius in heights. */
function ring(radius: number, aspect: number): Line[] {
  const point = (i: number): [number, number] => {
    const angle = (i / 48) * 2 * Math.PI;
    return [0.5 + (radius * Math.cos(angle)) / aspect, 0.5 + radius * Math.sin(angle)];
  };
  return Array.from({ length: 48 }, (_, i) => ({ from: point(i), to: point(i + 1), colour: lineColours[0] }));
}
