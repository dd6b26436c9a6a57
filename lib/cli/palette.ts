// Colours for any number of servers, told apart by the colour-blind too.

/**
 * Okabe and Ito's, their yellow a little off that of highlighters, and slate for their black. The test holds every two
 * of them apart for each kind of colour-blindness.
 */
const base = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#d55e00',
  '#56b4e9',
  '#cc79a7',
  '#ece04a',
  '#4b5563',
];

/** Towards white above 0, towards black below: how further rounds of the colours differ. */
const lightest = 0.5;
const darkest = -0.34;

/** The first eight are the base; more servers get lighter and darker rounds of it. */
export function colourOf(index: number, count: number): string {
  const colour = base[index % base.length] as string;
  const rounds = Math.ceil(count / base.length);
  const round = Math.floor(index / base.length);
  return round === 0 ? colour : mix(colour, shade(round, rounds));
}

/** Rounds take turns to be lighter and darker, evenly spread. */
function shade(round: number, rounds: number): number {
  const steps = Math.ceil((rounds - 1) / 2);
  const step = Math.ceil(round / 2) / steps;
  return step * (round % 2 === 1 ? lightest : darkest);
}

function mix(colour: string, amount: number): string {
  const target = amount > 0 ? 255 : 0;
  const channels = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(channel + (target - channel) * Math.abs(amount));
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
