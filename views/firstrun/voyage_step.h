// One step of the voyage as a row: its number or state, what it does, how far it is.
#pragma once

#include "views/firstrun/sample_voyage.h"
#include "views/widgets/label.h"

#include <QWidget>

class QProgressBar;
class QPushButton;

namespace slipway::views
{

class VoyageStep : public QWidget
{
    Q_OBJECT

public:
    VoyageStep(const Theme &theme, int number, const QString &title, const QString &text,
               QWidget *parent = nullptr);

    void setTexts(const QString &title, const QString &text);
    // `current`: the step that is next or runs; only it explains itself.
    void present(const SampleVoyage::Progress &progress, bool current, bool cancellable);

Q_SIGNALS:
    void cancelClicked();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void fitTexts();

    const Theme &m_theme;
    int m_number;
    Label *m_title;
    Label *m_text;
    Label *m_words;
    QProgressBar *m_bar;
    QPushButton *m_cancel;
    SampleVoyage::State m_state = SampleVoyage::State::Waiting;
    bool m_current = false;
};

} // namespace slipway::views
