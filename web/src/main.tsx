/** The page's entry. */
import { render } from "preact";
import { App } from "./app";
import { keep } from "./offline/kept";
import { register } from "./offline/register";
import "./styles/base.css";
import "./ui/ui.css";

render(<App />, document.getElementById("app")!);
keep();
register();
