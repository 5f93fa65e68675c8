import { listenToPageKeys } from "../controller/page-keys.js";
import { ProfilePage } from "../controller/profile-page.js";
import { Recording } from "../model/recording.js";

/** Unpacks what the page holds and fills it. */
async function start() {
  const host = document.getElementById("viewer"), packed = document.getElementById("profile");
  if (!host || !packed) return;
  const text = atob((packed.textContent ?? "").trim());
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  packed.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const unpacked = new Uint8Array(await new Response(stream).arrayBuffer());
  listenToPageKeys(new ProfilePage(host, new Recording(unpacked, (part) => new TextDecoder().decode(part))));
}

start().catch((/** @type {unknown} */ error) => {
  const host = document.getElementById("viewer");
  if (host) host.textContent = "This file can't be shown: " + (error instanceof Error ? error.message : String(error));
  throw error;
});
