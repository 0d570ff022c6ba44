/** The page's entry: one connection to the hub that served it, and the elements that show it. */
import "./styles/tokens.css";
import "./data/theme.ts";
import { language } from "./texts/index.ts";

// Before the first element: none is made in a language that it does not stay in.
await language.open();
await import("./pages/app.ts");
