/** The pages' style sheet: system fonts, two colour schemes, nothing from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fbfbfa; --card: #fff; --text: #1c1d1f; --soft: #62666d; --line: #e3e4e6;
  --link: #0b57a4; --failed: #b3261e; --poor: #a85b00; --fair: #756300; --good: #1d6f42; --on_course: #3d5a80; }
@media (prefers-color-scheme: dark) { :root { --bg: #141517; --card: #1d1f22; --text: #e8e9eb; --soft: #a0a5ad; --line: #34373c;
  --link: #8ab8f2; --failed: #ff8f86; --poor: #ffb45e; --fair: #e3cb4a; --good: #7bd3a0; --on_course: #9dbbe3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--bg); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); } a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; margin-bottom: 1.25rem; }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
header .name { font-weight: 700; font-size: 1.15rem; text-decoration: none; color: inherit; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); font-size: .9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: 1rem 0; list-style: none; }
.tiles li { flex: 1 1 8rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.2; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; min-width: 46rem; } caption { text-align: left; padding: .5rem .75rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem; border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th { border-top: 0; font-size: .85rem; color: var(--soft); font-weight: 600; white-space: nowrap; } td.time { white-space: nowrap; } td.short { white-space: nowrap; } td.id { min-width: 9.5rem; overflow-wrap: anywhere; }
.v { font-weight: 600; white-space: nowrap; } .failed { color: var(--failed); } .poor { color: var(--poor); } .fair { color: var(--fair); }
.good { color: var(--good); } .on_course { color: var(--on_course); }
ol.story { list-style: none; margin: 0; padding: 0 0 0 1rem; border-left: 2px solid var(--line); }
ol.story li { position: relative; margin: 0 0 .8rem; } ol.story time { display: block; color: var(--soft); font-size: .85rem; }
ol.story li::before { content: ''; position: absolute; left: -1.4rem; top: .45rem; width: .7rem; height: .7rem; border-radius: 50%; background: var(--soft); }
ol.story li.adverse::before { background: var(--failed); } ol.story li.well::before { background: var(--good); }
ol.story li.adverse strong { color: var(--failed); } ol.story li.well strong { color: var(--good); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
`;
