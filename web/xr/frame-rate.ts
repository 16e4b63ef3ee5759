/** The fastest display rate that shows every frame of the video equally long, or null if none does. Rates in Hz. */
export function displayRate(supported: Iterable<number>, videoFps: number): number | null {
  const even = [...supported].filter((rate) => Math.abs(rate / videoFps - Math.round(rate / videoFps)) < 0.01);
  return even.length === 0 ? null : Math.max(...even);
}
