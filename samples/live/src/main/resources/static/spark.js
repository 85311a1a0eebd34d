// A curve of the latest readings, its right end now.

const WIDTH = 120;
const HEIGHT = 36;

export function draw(gauge, values, top, points) {
  const step = WIDTH / (points - 1);
  const start = WIDTH - (values.length - 1) * step;
  const line = values
    .map((value, index) => `${(start + index * step).toFixed(1)} ${(HEIGHT - 1 - value / top * (HEIGHT - 2)).toFixed(1)}`)
    .join('L');
  gauge.querySelector('.line').setAttribute('d', `M${line}`);
  gauge.querySelector('.area').setAttribute('d', `M${line}L${WIDTH} ${HEIGHT}L${start.toFixed(1)} ${HEIGHT}Z`);
}
