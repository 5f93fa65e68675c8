import { Viewer } from "../controller/viewer.js";

// Fills a page.
const host = document.getElementById("viewer");
if (host) new Viewer(host, JSON.parse(document.getElementById("profile")?.textContent ?? ""));
