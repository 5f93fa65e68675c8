/// The viewer's files, put into the binary at build time.

#pragma once
#include <stddef.h>

/// What documents are made of.
enum ViewerPart {
  /// The viewer's modules, each after those that it imports from.
  ViewerModules,
  /// What starts the viewer in an SVG document, after the modules.
  ViewerStartInSVG,
  /// What starts the viewer in a page, after the modules.
  ViewerStartInHTML,
  /// Style of the picture without script, and of the same classes inside of the viewer.
  ViewerPictureStyle,
  /// Style of what the viewer builds.
  ViewerStyle,
};

/// A text in UTF-8, without a byte 0 at its end; it lives as long as the program.
struct ViewerText {
  const char *_Nonnull bytes;
  size_t count;
};

struct ViewerText viewer_text(enum ViewerPart part);
