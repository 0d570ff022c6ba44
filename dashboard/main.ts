/** The page's entry: one connection to the hub that served it, and the elements that show it. */
import "./styles/tokens.css";
import "./data/theme.ts";
import { parseRoute } from "./data/route.ts";
import { pages } from "./pages/registry.ts";
import { language } from "./texts/index.ts";

// All at once, so that a slow line waits once; the language first, since the page comes with its texts in it.
const opened = language.open();
// Where the page that is wanted does not come, its outlet says so.
pages[parseRoute(location.hash).page].load().catch(() => {});
const [{ HubApp }] = await Promise.all([import("./pages/app.ts"), opened]);
// The first element: none is made in a language that it does not stay in.
customElements.define("hub-app", HubApp);
