/**
 * Looks of the embedded form. Font and text colour come from the page around it, borders and hints are
 * mixed from that colour, so it sits on light and on dark pages. A page may set --ma-accent,
 * --ma-accent-text, --ma-radius and --ma-font-size. `!important` on :host beats the page's own rules.
 */
export const STYLE = `
:host{all:initial!important;display:block!important;font-family:inherit!important;color:inherit!important;
  text-align:left!important;visibility:visible!important;opacity:1!important;
  min-width:min(100%,18rem)!important;--error:#b3261e;--line:color-mix(in srgb,currentColor 38%,transparent);
  --soft:color-mix(in srgb,currentColor 68%,transparent)}
:host([data-tone=light]){--error:#ffb4ab;--ring:currentColor;color-scheme:dark!important}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
form,.panel{font-size:var(--ma-font-size,16px);line-height:1.6}
form{display:flex;flex-wrap:wrap;gap:20px 16px;margin:0}
form>*{flex:1 1 100%;min-width:0}
form>.half{flex-basis:calc(50% - 8px);min-width:11rem}
.field{border:0;margin:0;padding:0}
label,legend,.text{display:block;padding:0}
.name{display:flex;align-items:center;gap:.5em;font-weight:600;margin-bottom:6px;word-break:auto-phrase}
.mark{font-size:.72em;font-weight:600;line-height:1;padding:.32em .55em;border-radius:4px;white-space:nowrap;
  border:1px solid currentColor;color:var(--error)}
.mark.free{color:var(--soft);border-color:var(--line);font-weight:400}
input,select,textarea,button{font:inherit;color:inherit;letter-spacing:inherit}
.box{display:block;width:100%;min-height:48px;padding:10px 14px;background:transparent;border:1px solid var(--line);
  border-radius:var(--ma-radius,8px);transition:border-color .15s,box-shadow .15s;margin:0}
.box::placeholder{color:color-mix(in srgb,currentColor 58%,transparent);opacity:1}
textarea.box{min-height:128px;resize:vertical;line-height:1.7}
select.box{appearance:none;padding-right:40px;background:no-repeat right 16px center/10px 6px
  url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 6'%3E%3Cpath d='M1 1l4 4 4-4' fill='none' stroke='%23808080' stroke-width='1.6'/%3E%3C/svg%3E")}
option{color:#1a1a1a;background:#fff}
.box:hover{border-color:currentColor}
:focus-visible{outline:3px solid var(--ring,color-mix(in srgb,var(--ma-accent,#1d5fbf) 55%,transparent));outline-offset:1px}
.box:focus-visible{border-color:var(--ring,var(--ma-accent,#1d5fbf))}
[aria-invalid=true]{border-color:var(--error);border-width:2px}
.help{color:var(--soft);font-size:.875em;margin:6px 0 0}
.error{color:var(--error);font-size:.875em;font-weight:600;margin:6px 0 0}
.error:empty,.status:empty{display:none}
.tick{display:flex;gap:10px;align-items:flex-start;cursor:pointer;padding:4px 0}
.tick input{width:20px;height:20px;margin:.15em 0 0;flex:none;accent-color:var(--ma-accent,#1d5fbf)}
.tick .text{white-space:pre-line}
.tick .mark{margin-left:.5em;display:inline-block;vertical-align:.1em}
.status{color:var(--error);font-weight:600;margin:0;padding:12px 14px;border:1px solid currentColor;border-radius:var(--ma-radius,8px)}
button,.panel a{display:inline-flex;align-items:center;justify-content:center;min-height:52px;padding:12px 32px;border:0;cursor:pointer;
  font-weight:700;text-decoration:none;border-radius:var(--ma-radius,8px);background:var(--ma-accent,#1d5fbf);
  color:var(--ma-accent-text,#fff);transition:filter .15s}
button{width:100%}
button:hover,.panel a:hover{filter:brightness(.92)}
button[disabled]{opacity:.65;cursor:progress}
.trap{position:absolute!important;left:-9999px;width:1px;height:1px;overflow:hidden}
.panel{padding:28px 24px;border:1px solid var(--line);border-radius:var(--ma-radius,8px);text-align:center;outline:none}
.panel p{margin:0;white-space:pre-line;font-weight:600}
.panel a{margin-top:20px}
.wait{min-height:320px;border-radius:var(--ma-radius,8px);background:color-mix(in srgb,currentColor 5%,transparent)}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
`;
