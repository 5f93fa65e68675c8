/// The viewer's files, put into the binary at build time.

#pragma once
#include <stddef.h>

/// What documents are made of.
enum ViewerPart {
  /// Modules of the flame graph and of the page, each after those that it imports from.
  ViewerSharedModules,
  /// The flame graph's modules, after those.
  ViewerGraphModules,
  /// The modules of the page with all views, after the shared ones.
  ViewerPageModules,
  /// What starts the viewer in an SVG document, after the modules.
  ViewerStartInSVG,
  /// What starts the viewer in a page, after the modules.
  ViewerStartInHTML,
  /// What starts the page with all views, after its modules.
  ViewerStartOfPage,
  /// Style of the picture without script, and of the same classes inside of the viewer.
  ViewerPictureStyle,
  /// Style of what the viewer builds.
  ViewerStyle,
  /// Style of the page with all views.
  ViewerPageStyle,
};

/// A text in UTF-8, without a byte 0 at its end; it lives as long as the program.
struct ViewerText {
  const char *_Nonnull bytes;
  size_t count;
};

struct ViewerText viewer_text(enum ViewerPart part);
