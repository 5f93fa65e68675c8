#include "Viewer.h"

// Files go into the binary by C23's `#embed`, which the Swift toolchain's clang knows in older C, too. The compiler lists
// them as dependencies, so that a changed file is noticed.
#pragma clang diagnostic ignored "-Wc23-extensions"

// In the order in which they become one script: each module after those that it imports from.
static const char modules[] = {
#embed "model/figures.js" suffix(, )
#embed "model/labels.js" suffix(, )
#embed "model/call-tree.js" suffix(, )
#embed "model/layout.js" suffix(, )
#embed "model/coloring.js" suffix(, )
#embed "model/expression.js" suffix(, )
#embed "model/search.js" suffix(, )
#embed "model/viewport.js" suffix(, )
#embed "model/piece-run.js" suffix(, )
#embed "model/neighbors.js" suffix(, )
#embed "view/elements.js" suffix(, )
#embed "view/ruler.js" suffix(, )
#embed "view/flame-graph.js" suffix(, )
#embed "view/card.js" suffix(, )
#embed "view/header.js" suffix(, )
#embed "view/help-panel.js" suffix(, )
#embed "view/search-result.js" suffix(, )
#embed "controller/view-state.js" suffix(, )
#embed "controller/keyboard.js" suffix(, )
#embed "controller/pointer.js" suffix(, )
#embed "controller/viewer.js"
};

static const char start_in_svg[] = {
#embed "pages/svg.js"
};

static const char start_in_html[] = {
#embed "pages/html.js"
};

static const char picture_style[] = {
#embed "style/picture.css"
};

static const char style[] = {
#embed "style/viewer.css"
};

struct ViewerText viewer_text(enum ViewerPart part) {
  switch (part) {
    case ViewerModules: return (struct ViewerText){modules, sizeof modules};
    case ViewerStartInSVG: return (struct ViewerText){start_in_svg, sizeof start_in_svg};
    case ViewerStartInHTML: return (struct ViewerText){start_in_html, sizeof start_in_html};
    case ViewerPictureStyle: return (struct ViewerText){picture_style, sizeof picture_style};
    case ViewerStyle: return (struct ViewerText){style, sizeof style};
  }
  return (struct ViewerText){"", 0};
}
