// A text in one of the theme's roles; follows the theme.
#pragma once

#include "views/theme/theme.h"

#include <QLabel>

namespace slipway::views
{

class Label : public QLabel
{
    Q_OBJECT

public:
    Label(const Theme &theme, TextRole role, const QString &text = {}, QWidget *parent = nullptr);

    static Label *secondary(const Theme &theme, TextRole role, const QString &text = {},
                            QWidget *parent = nullptr);
    // "bad", "warning", "ok", "accent", "between" or empty.
    void setTone(const QString &tone);
    // Shortens with an ellipsis to the width it gets, the whole text as tooltip.
    void setElided(bool elided);
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool m_elided = false;
};

} // namespace slipway::views
