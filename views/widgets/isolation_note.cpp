#include "views/widgets/isolation_note.h"

#include <QHBoxLayout>
#include <QPainter>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using models::IsolationSummary;

namespace
{

constexpr int kShape = 9;
constexpr int kTextLeft = 18;

QString wordsFor(const IsolationSummary &summary)
{
    QStringList lines;
    if (!summary.level.isEmpty())
        lines << (summary.meaning.isEmpty()
                      ? IsolationNote::tr("Instances run %1.").arg(summary.level)
                      : IsolationNote::tr("Instances run %1. %2")
                            .arg(summary.level, summary.meaning));
    if (!summary.advice.isEmpty())
        lines << summary.advice;
    if (!summary.unfit.isEmpty())
        lines << (summary.level.isEmpty() ? IsolationNote::tr("No host can take instances.")
                                          : IsolationNote::tr("Not every host takes instances."))
              << summary.unfit;
    return lines.join(u'\n');
}

} // namespace

IsolationNote::IsolationNote(const Theme &theme, const models::FabricStore &store, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_store(store),
      m_words(Label::secondary(theme, TextRole::Label))
{
    m_words->setObjectName(u"isolationWords"_s);
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kTextLeft, 0, 0, 0);
    row->addWidget(m_words);
    hide();
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    connect(&store, &models::FabricStore::changed, this, [this](const models::StoreDelta &delta) {
        if (delta.snapshot || !delta.hosts.empty())
            refresh();
    });
    refresh();
}

void IsolationNote::refresh()
{
    auto summary = models::isolationOf(m_store);
    if (summary == m_summary)
        return;
    m_summary = std::move(summary);
    m_words->setText(wordsFor(m_summary));
    setVisible(!m_words->text().isEmpty());
    update();
}

void IsolationNote::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int line = QFontMetrics(m_theme.font(TextRole::Label)).height();
    m_theme.drawShape(painter, QRectF(2, (line - kShape) / 2.0, kShape, kShape),
                      m_summary.condition);
}

} // namespace slipway::views
