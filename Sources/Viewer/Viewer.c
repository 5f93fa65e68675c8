#include "Viewer.h"

// Files go into the binary by C23's `#embed`, which the Swift toolchain's clang knows in older C, too. The compiler lists
// them as dependencies, so that a changed file is noticed.
#pragma clang diagnostic ignored "-Wc23-extensions"

// In the order in which they become one script: each module after those that it imports from.
static const char shared_modules[] = {
#embed "model/figures.js" suffix(, )
#embed "model/expression.js" suffix(, )
#embed "view/elements.js"
};

static const char graph_modules[] = {
#embed "model/labels.js" suffix(, )
#embed "model/call-tree.js" suffix(, )
#embed "model/layout.js" suffix(, )
#embed "model/coloring.js" suffix(, )
#embed "model/search.js" suffix(, )
#embed "model/viewport.js" suffix(, )
#embed "model/piece-run.js" suffix(, )
#embed "model/neighbors.js" suffix(, )
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

static const char page_modules[] = {
#embed "model/marks.js" suffix(, )
#embed "model/value-types.js" suffix(, )
#embed "model/recording.js" suffix(, )
#embed "model/name-pattern.js" suffix(, )
#embed "model/stack-view.js" suffix(, )
#embed "model/selected-weights.js" suffix(, )
#embed "model/calls.js" suffix(, )
#embed "model/instructions.js" suffix(, )
#embed "model/weighted-tree.js" suffix(, )
#embed "model/turned-tree.js" suffix(, )
#embed "model/waiting.js" suffix(, )
#embed "model/time-series.js" suffix(, )
#embed "model/time-lanes.js" suffix(, )
#embed "model/time-order.js" suffix(, )
#embed "model/parts.js" suffix(, )
#embed "model/findings.js" suffix(, )
#embed "model/analysis.js" suffix(, )
#embed "view/palette.js" suffix(, )
#embed "view/canvas.js" suffix(, )
#embed "view/flame-hands.js" suffix(, )
#embed "view/flame-canvas.js" suffix(, )
#embed "view/minimap.js" suffix(, )
#embed "view/sorted-table.js" suffix(, )
#embed "view/change-columns.js" suffix(, )
#embed "view/functions-table.js" suffix(, )
#embed "view/parts-table.js" suffix(, )
#embed "view/tree-table.js" suffix(, )
#embed "view/sandwich-view.js" suffix(, )
#embed "view/mark-row.js" suffix(, )
#embed "view/time-strip.js" suffix(, )
#embed "view/lane-list.js" suffix(, )
#embed "view/time-view.js" suffix(, )
#embed "view/instruction-list.js" suffix(, )
#embed "view/source-view.js" suffix(, )
#embed "view/page-header.js" suffix(, )
#embed "view/page-card.js" suffix(, )
#embed "view/details-bar.js" suffix(, )
#embed "view/keys-panel.js" suffix(, )
#embed "view/page-frame.js" suffix(, )
#embed "controller/page-state.js" suffix(, )
#embed "controller/page-actions.js" suffix(, )
#embed "controller/page-search.js" suffix(, )
#embed "controller/page-activity.js" suffix(, )
#embed "controller/profile-page.js" suffix(, )
#embed "controller/page-keys.js"
};

static const char start_in_svg[] = {
#embed "pages/svg.js"
};

static const char start_in_html[] = {
#embed "pages/html.js"
};

static const char start_of_page[] = {
#embed "pages/profile.js"
};

static const char picture_style[] = {
#embed "style/picture.css"
};

static const char style[] = {
#embed "style/viewer.css"
};

static const char page_style[] = {
#embed "style/page.css"
};

struct ViewerText viewer_text(enum ViewerPart part) {
  switch (part) {
    case ViewerSharedModules: return (struct ViewerText){shared_modules, sizeof shared_modules};
    case ViewerGraphModules: return (struct ViewerText){graph_modules, sizeof graph_modules};
    case ViewerPageModules: return (struct ViewerText){page_modules, sizeof page_modules};
    case ViewerStartOfPage: return (struct ViewerText){start_of_page, sizeof start_of_page};
    case ViewerPageStyle: return (struct ViewerText){page_style, sizeof page_style};
    case ViewerStartInSVG: return (struct ViewerText){start_in_svg, sizeof start_in_svg};
    case ViewerStartInHTML: return (struct ViewerText){start_in_html, sizeof start_in_html};
    case ViewerPictureStyle: return (struct ViewerText){picture_style, sizeof picture_style};
    case ViewerStyle: return (struct ViewerText){style, sizeof style};
  }
  return (struct ViewerText){"", 0};
}
