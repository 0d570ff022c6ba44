/** The page's entry: one connection to the hub that served it, and the elements that show it. */
import "./styles/tokens.css";
import "./data/theme.ts";
import "./pages/app.ts";
