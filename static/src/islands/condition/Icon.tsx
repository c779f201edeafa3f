/** One of the page's own icons. */
export function Icon({ name, size = 16 }: { name: string; size?: 16 | 20 }) {
  return (
    <svg className={`icon icon-${size}`} viewBox="0 0 24 24" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}
