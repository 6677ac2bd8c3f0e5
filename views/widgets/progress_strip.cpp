#include "views/widgets/progress_strip.h"

#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QProgressBar>

namespace slipway::views
{

using namespace Qt::StringLiterals;

ProgressStrip::ProgressStrip(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_title(new Label(theme, TextRole::Strong)),
      m_phase(Label::secondary(theme, TextRole::Body)), m_bar(new QProgressBar),
      m_cancel(makeButton(theme, ButtonKind::Link, tr("Cancel")))
{
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 1000);
    m_cancel->setObjectName(u"cancel"_s);
    m_phase->setElided(true);
    auto *words = new QHBoxLayout;
    words->setSpacing(10);
    words->addWidget(m_title);
    words->addWidget(m_phase, 1);
    words->addWidget(m_cancel);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(words);
    column->addWidget(m_bar);
    connect(m_cancel, &QPushButton::clicked, this, &ProgressStrip::cancelClicked);
}

void ProgressStrip::setText(const QString &title, const QString &phase)
{
    m_title->setText(title);
    m_phase->setText(phase);
}

void ProgressStrip::setProgress(int permille)
{
    m_bar->setRange(0, permille < 0 ? 0 : 1000);
    m_bar->setValue(permille);
}

void ProgressStrip::paintEvent(QPaintEvent *)
{
    if (hasFocus()) {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(m_theme.tokens().accent, 1));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
}

void ProgressStrip::setCancellable(bool cancellable)
{
    m_cancel->setVisible(cancellable);
}

} // namespace slipway::views
