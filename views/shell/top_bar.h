// Breadcrumb, the field that opens the command palette, and the connection.
#pragma once

#include "views/shell/connection_chip.h"
#include "views/widgets/page.h"

class QHBoxLayout;
class QToolButton;

namespace slipway::views
{

class TopBar : public QWidget
{
    Q_OBJECT

public:
    TopBar(const Theme &theme, const models::Session &session, QWidget *parent = nullptr);
    void setBreadcrumb(const QList<Crumb> &crumbs);
    void setBackEnabled(bool enabled);
    ConnectionChip &connectionChip() { return *m_chip; }
    QWidget *paletteField() const { return m_palette_field; }

Q_SIGNALS:
    void crumbChosen(const slipway::views::Place &place);
    void paletteRequested();
    void backRequested();
    void helpRequested();

private:
    QWidget *makePaletteField();

    const Theme &m_theme;
    QToolButton *m_back;
    QWidget *m_palette_field = nullptr;
    QWidget *m_crumbs;
    QHBoxLayout *m_crumb_row;
    ConnectionChip *m_chip;
};

} // namespace slipway::views
