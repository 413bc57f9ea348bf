"""The plumbing behind the notebooks: data, model, training, figures and exercise checks."""
