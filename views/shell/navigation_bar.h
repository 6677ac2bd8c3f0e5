// The pages at the left; 208 px wide, or icons only.
#pragma once

#include "views/theme/theme.h"
#include "views/widgets/page_factory.h"

#include <QMap>
#include <QWidget>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace slipway::views
{

class NavigationEntry;

class NavigationBar : public QWidget
{
    Q_OBJECT

public:
    NavigationBar(const Theme &theme, const PageFactory &pages, QWidget *parent = nullptr);

    void setCurrent(PageId page);
    void setCollapsed(bool collapsed);
    bool isCollapsed() const { return m_collapsed; }

Q_SIGNALS:
    void pageChosen(slipway::views::PageId page);
    void collapsedChanged(bool collapsed);

private:
    QWidget *makeBrand();
    void addEntry(QVBoxLayout &column, const PageEntry &page, int number);

    const Theme &m_theme;
    QLabel *m_logo = nullptr;
    QLabel *m_name = nullptr;
    QToolButton *m_fold;
    QMap<PageId, NavigationEntry *> m_entries;
    bool m_collapsed = false;
};

} // namespace slipway::views
