import htmx from "htmx.org";
import { defineChart } from "./islands/ma-chart";
import { defineConditionBuilder } from "./islands/ma-condition-builder";
import { defineCopy } from "./islands/ma-copy";
import { defineFlowCanvas } from "./islands/ma-flow-canvas";
import { defineLeadList } from "./islands/ma-lead-list";
import { defineMenu } from "./islands/ma-menu";
import { defineRail } from "./islands/ma-rail";
import { defineSortable } from "./islands/ma-sortable";
import { defineTheme } from "./islands/ma-theme";
import { defineToast } from "./islands/ma-toast";
import { defineUnsaved } from "./islands/ma-unsaved";
import { installCommands } from "./page/commands";
import { installShortcuts } from "./page/shortcuts";
import { showCurrentTabs } from "./page/tabs";

// The page's CSP has neither unsafe-inline nor unsafe-eval; htmx must not try.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
// Forms answer 422 with the fragment that holds their errors.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "...", swap: false, error: true },
];

document.documentElement.classList.add("htmx-ready");

defineMenu();
defineRail();
defineTheme();
defineToast();
defineCopy();
defineUnsaved();
defineChart();
defineFlowCanvas();
defineConditionBuilder();
defineLeadList();
defineSortable();
installCommands(document);
installShortcuts(document);
showCurrentTabs(document);
